"""The front door: one group of commands over the rooms. `nianbao --help` lists them.

Each room brings its own commands; nothing but their names is decided here.
"""

import sys

import click

from load.commands import check, evaluate, export, inspect, load
from sample.commands import demo
from scrape.commands import scrape


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nianbao")
def main() -> None:
    """China's freedom-of-information annual reports (政府信息公开工作年度报告) as open data.

    \b
    The way of a report:
      nianbao scrape run        government sites → archive/   (raw bytes, never edited)
      nianbao load archive      archive/ → nianbao.db         (rebuilt at will)
      datasette .               nianbao.db → people           (http://127.0.0.1:8001)

    \b
    To see all of it at work on invented data, without any network:
      nianbao demo
    """


for command in (scrape, load, inspect, check, evaluate, export, demo):
    main.add_command(command)

if __name__ == "__main__":
    sys.exit(main())
