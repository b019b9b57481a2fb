"""``python -m riskmodels generate images``: a grade and a number in; marked pictures in a folder or as one ZIP out."""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from io import BytesIO

from riskmodels.errors import InputError
from riskmodels.generated.images.mark import Origin, png
from riskmodels.generated.images.model import SHIPPED, RetinaGenerator
from riskmodels.generated.images.photos import GRADES
from riskmodels.runtime.arguments import Say, refuse_existing

#: pictures that are made at once
MOST = 1_000
#: beside the pictures
_README = "README.txt"


def images_command(options: argparse.Namespace, say: Say) -> int:
    """Run the command.

    Args:
        options: as :mod:`riskmodels.cli.generated` names them.
        say: told line by line.

    Returns:
        0.

    Raises:
        CareRiskError: when the folder is not empty, the generator is damaged, or too many are asked for.
    """
    refuse_existing(options.out, options.overwrite)
    generator = RetinaGenerator.load(options.model or SHIPPED)
    files = dict(picture_files(generator, options.grade, options.count, options.seed))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (options.out / name).write_bytes(data)
    say(f"Written: {options.count:,} invented pictures, grade {options.grade}, in {options.out}. Not for diagnosis.")
    return 0


def picture_files(generator: RetinaGenerator, grade: int, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of marked pictures, and of the text beside them.

    Args:
        generator: that makes them.
        grade: 0–4.
        count: how many, 1 to :data:`MOST`.
        seed: of the draw.

    Raises:
        InputError: when there is no such grade, or too many are asked for.
    """
    if not 1 <= count <= MOST:
        raise InputError(f"{count:,} pictures cannot be made at once.", hint=f"Ask for 1 to {MOST:,}.")
    for number, pixels in enumerate(generator.sample(grade, count, seed)):
        origin = Origin(generator.version, grade, seed, number)
        yield origin.name, png(pixels, origin)
    yield _README, beside(generator, grade, seed).encode()


def zipped(generator: RetinaGenerator, grade: int, count: int, seed: int) -> bytes:
    """The same as one ZIP file."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in picture_files(generator, grade, count, seed):
            file.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def beside(generator: RetinaGenerator, grade: int, seed: int) -> str:
    """What stands beside the pictures: what they are, and what was measured of their kind."""
    lines = [
        "INVENTED PICTURES. No eye was photographed. Research, not for diagnosis.",
        f"Generator of retinal photos, version {generator.version}; asked for grade {grade} ({GRADES[grade]}), "
        f"seed {seed}.",
        *generator.card.get("found", []),
        f"Learnt from: {generator.card['data']['name']} ({generator.card['data']['licence']}). "
        f"{generator.card['data']['citation']}.",
    ]
    return "\n".join(lines) + "\n"
