"""What a signal's file leaves open: questions out, answers in, and the error that carries questions to whoever asks.

A room of its own, since every reader of signals stands on it, and :mod:`riskmodels.signals` stands on the readers.
"""

from riskmodels.signals.asked.question import Answers, Question, UnansweredError, answered, answered_number

__all__ = ["Answers", "Question", "UnansweredError", "answered", "answered_number"]
