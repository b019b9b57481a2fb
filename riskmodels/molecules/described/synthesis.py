"""How hard a compound is to make: 1 (easy) to 10 (very hard), from how common its parts are and how complex it is.

Source: Ertl P, Schuffenhauer A, J Cheminform 2009;1:8, in RDKit's own contributed version, which its package brings;
against chemists' scores of 40 compounds r² = 0.89 in the paper. The table of how common parts are is a file of that
package, read by that package: it is part of the code that is installed from the lock, never of what is uploaded.
"""

from __future__ import annotations

from rdkit.Chem import Mol

#: scores above it are of compounds that are hard to make (the paper's border)
HARD = 6.0


def synthetic_accessibility(mol: Mol) -> float:
    """The score of Ertl and Schuffenhauer: 1 is easy to make, 10 very hard.

    Args:
        mol: a sanitised structure of one atom or more.
    """
    from rdkit.Contrib.SA_Score import sascorer  # reads its table at the first score

    return float(sascorer.calculateScore(mol))
