"""Pictures of pages to what is printed on them: an extra, for scans (`pip install 'nianbao[ocr]'`).

Whatever was recognised says so (`Piece.recognised`): `load.confirm` tells what arithmetic confirms of it.
The other modules of this package are imported only where the extra is installed, and a scan is met.
"""

from load.extract.ocr.engine import EXTRA, is_installed, must_be_installed

__all__ = ["EXTRA", "is_installed", "must_be_installed"]
