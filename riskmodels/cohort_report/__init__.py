"""A scored cohort in; a report, a recalibrated version of the model, one HTML file out. Called by the Cohort page.

>>> report = build_report(frame, model.predict(frame), model, "diabetes", label=label)      # doctest: +SKIP
>>> for section in report: section.title, section.finding, section.words()                  # doctest: +SKIP
>>> figures.draw(section, theme="light")     # list of plotly figures, empty where the table is all # doctest: +SKIP
>>> html.write(report)                       # str of one self-contained file             # doctest: +SKIP
>>> new = recalibrate(model, frame, label, "diabetes", "intercept and slope")               # doctest: +SKIP
>>> VersionStore().save(new.model)           # riskmodels.tabular.versions                  # doctest: +SKIP

:mod:`~riskmodels.cohort_report.figures` and :mod:`~riskmodels.cohort_report.html` are not imported here: they need
plotly, the rest does not.
"""

from riskmodels.cohort_report.labels import outcome_labels
from riskmodels.cohort_report.recalibration import LEAST, METHODS, REASONS, Group, Recalibration, recalibrate
from riskmodels.cohort_report.report import build_report, published_risks
from riskmodels.cohort_report.tables import CohortReport, Column, Section
from riskmodels.cohort_report.triage import Rule

__all__ = [
    "LEAST",
    "METHODS",
    "REASONS",
    "CohortReport",
    "Column",
    "Group",
    "Recalibration",
    "Rule",
    "Section",
    "build_report",
    "outcome_labels",
    "published_risks",
    "recalibrate",
]
