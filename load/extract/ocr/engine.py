"""The recogniser of printed characters: pictures of lines to text, by an optional package that works offline.

Nothing of it is imported before a scan is met. Where lines stand on a page is left to `load.extract.ocr.page`.
"""

import logging
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from load.extract.document import Unreadable

EXTRA = "pip install 'nianbao[ocr]'"
_PACKAGES = ("rapidocr", "onnxruntime", "cv2", "numpy", "PIL")
_THREADS = 1  # more gain little, and documents are read side by side
_BATCH = 6
_NARROWEST = 96  # pixels, at a height of 48: to what a short line is widened; the package's own 320 is slow


def is_installed() -> bool:
    """Whether the packages of the extra are there."""
    try:
        return all(find_spec(name) is not None for name in _PACKAGES)
    except (ImportError, ValueError):
        return False


def must_be_installed(what: str) -> None:
    """Raise Unreadable where the extra is not there; `what` begins its sentence: "it is a scan"."""
    if not is_installed():
        raise Unreadable(f"{what}; to have its characters recognised: {EXTRA}")


def boxes_of_lines(image: Any) -> list[tuple[int, int, int, int]]:
    """Where lines of text stand in a picture (height × width × 3): left, top, right and lower edge, in pixels."""
    engine = _engine()
    found = engine.text_det(image).boxes
    if found is None:
        return []
    return [
        (int(box[:, 0].min()), int(box[:, 1].min()), int(box[:, 0].max()) + 1, int(box[:, 1].max()) + 1)
        for box in found
    ]


def texts_of(lines: Sequence[Any]) -> list[tuple[str, float]]:
    """What each picture of one line says, and how sure that is, from 0 to 1."""
    if not lines:
        return []
    found = _engine().recognize_txt(list(lines))
    return [
        (text.strip(), float(score)) for text, score in zip(found.txts or (), found.scores or (), strict=True)
    ]


@cache
def _engine() -> Any:
    """The recogniser, with the models that its package carries."""
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it writes to the terminal as soon as it starts
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    paths = {}
    for part in ("det", "rec"):
        found = sorted(models.glob(f"*_{part}_*.onnx"))
        if not found:
            raise Unreadable(f"the recogniser of characters came without its models; again: {EXTRA}")
        paths[part] = str(found[0])
    engine: Any = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": paths["det"],  # a path that is given is never downloaded
            "Det.limit_type": "max",
            "Det.limit_side_len": 4000,  # pictures come in the size that they should be seen in
            "Rec.model_path": paths["rec"],
            "Rec.rec_batch_num": _BATCH,
            "Rec.rec_img_shape": [3, 48, _NARROWEST],
        }
    )
    engine._load_det_model()  # what calls them in one go can be called by itself only then
    engine._load_rec_model()
    return engine
