"""The error tree. Every error carries a text for the person and, apart from it, one for the log.

    CareRiskError
    ├── InputError            what was entered or uploaded cannot be used
    │   ├── UnitError         a unit that the variable does not accept
    │   ├── FileError         a file that cannot be read as a cohort
    │   ├── ImageError        a file that cannot be read as an image
    │   └── SignalError       a file that cannot be read as a signal (glucose, heart rhythm, blood pressure)
    ├── ModelFileError        a model folder that is missing, damaged or of another version
    ├── SourceDataError       raw public data that are missing or not as published
    ├── TrainingError         training that cannot start or go on
    └── RecordsError          a database that cannot be used, or a record that is not there, not allowed, or changed by
                              another (riskmodels/records/errors.py)

The user's text may repeat what the user typed; the log's text never holds a patient's value.
"""

from __future__ import annotations


class CareRiskError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what is wrong, in words for the person at the screen.
        hint: what to do next.
        log: text for the log, free of patient data; the class name when absent.
    """

    def __init__(self, message: str, *, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log or type(self).__name__

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(CareRiskError):
    """What was entered or uploaded cannot be used."""


class UnitError(InputError):
    """A unit that the variable does not accept."""


class FileError(InputError):
    """A file that cannot be read as a cohort."""


class ImageError(InputError):
    """A file that cannot be read as an image."""


class SignalError(InputError):
    """A file that cannot be read as a signal: glucose, heart rhythm or blood pressure."""


class ModelFileError(CareRiskError):
    """A model folder that is missing, damaged or of another version."""


class SourceDataError(CareRiskError):
    """Raw public data that are missing or not as published."""


class TrainingError(CareRiskError):
    """Training that cannot start or go on."""
