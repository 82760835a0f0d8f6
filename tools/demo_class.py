"""Make a class that hands in sheet 02, to try grading with: python -m tools.demo_class FOLDER

FOLDER/submitted gets a folder for each of 30 invented students, FOLDER/moodle.zip the same as
Moodle packs it, FOLDER/list.csv the grading worksheet that belongs to it. Then:

python -m course_utils.grading solutions/02_score_normalise_mix.ipynb FOLDER/moodle.zip --out REPORT
"""

import copy
import csv
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

from tools import door
from tools.exercises import SHEETS

SHEET = SHEETS / "02_score_normalise_mix.ipynb"
STUDENTS = 30
FIRST = "Wei Na Hao Jing Lei Min Yan Tao Xin Ada Omar Lena Paul Zoe Amir".split()  # noqa: SIM905
LAST = ["Li", "Wang", "Zhang", "Chen", "Zhao", "Huang", "Silva", "Okafor", "Novak", "Haddad"]
NOT_YET = "..."
FIRST_NUMBER = 4001  # of Moodle's participants
MOST = 10  # points of the sheet
ABSENT = "Kim Yo"
SUBMITTED = "Submitted for grading - "
LATE = {4005: "5 hours 20 mins late - ", 4012: "1 day 2 hours late - "}
COLUMNS = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)

# For each question: answers, each with how many of a hundred students give it.
ANSWERS = {
    "02_1": [
        (70, "weights_of_q3 = [0.245, 0.090, 0.665]"),
        (15, "weights_of_q3 = [0.33, 0.17, 0.5]  # 2/6, 1/6, 3/6"),
        (10, "a = np.exp([2, 1, 3])\nweights_of_q3 = a / a.sum()"),
        (5, NOT_YET),
    ],
    "02_2": [
        (60, "order = [4, 9, 2, 6, 1, 3, 7]"),
        (25, "order = [4, 9, 2, 6, 5, 3, 7]"),
        (10, "order = [9, 4, 2, 6, 1, 3, 7]"),
        (5, NOT_YET),
    ],
    "02_3": [
        (
            45,
            """
def attention(queries, keys, values):
    S = queries @ keys.T
    A = softmax(S, axis=-1)
    return A @ values, A
""",
        ),
        (
            15,
            """
def my_scores(Q, K):
    S = np.zeros((len(Q), len(K)))
    for i in range(len(Q)):
        for j in range(len(K)):
            S[i, j] = np.dot(Q[i], K[j])
    return S

def attention(queries, keys, values):
    weights = softmax(my_scores(queries, keys))
    print("weights", weights.shape)
    return np.einsum("nm,mv->nv", weights, values), weights
""",
        ),
        (
            15,
            """
def attention(queries, keys, values):
    weights = softmax(queries @ keys.T, axis=0)
    return weights @ values, weights
""",
        ),
        (
            10,
            """
def attention(queries, keys, values):
    scores = queries @ keys.T / np.sqrt(keys.shape[1])
    weights = softmax(scores)
    return weights @ values, weights
""",
        ),
        (
            6,
            """
def attention(queries, keys, values):
    weights = softmax(queries @ keys.T)
    return weights @ values
""",
        ),
        (4, "def attention(queries, keys, values):\n    return softmax(queries @ keys) @ values"),
        (5, NOT_YET),
    ],
    "02_4": [
        (
            55,
            """
def attention_weights(queries, keys):
    return softmax(queries @ keys.T)
""",
        ),
        (
            25,
            """
def attention_weights(queries, keys):
    scores = np.array([[query @ key] for query in queries for key in keys])
    weights = softmax(scores, axis=0)
    return weights.reshape(len(queries), len(keys))
""",
        ),
        (12, "def attention_weights(queries, keys):\n    weights_with_a_bug(queries, keys)"),
        (8, NOT_YET),
    ],
    "02_5": [
        (
            45,
            """
def batched_attention(queries, keys, values):
    weights = softmax(queries @ keys.transpose(0, 2, 1))
    return weights @ values, weights
""",
        ),
        (
            15,
            """
def batched_attention(queries, keys, values):
    pairs = [attention(q, k, v) for q, k, v in zip(queries, keys, values)]
    return np.array([c for c, _ in pairs]), np.array([w for _, w in pairs])
""",
        ),
        (
            25,
            """
def batched_attention(queries, keys, values):
    weights = softmax(queries @ keys.T)
    return weights @ values, weights
""",
        ),
        (15, NOT_YET),
    ],
}
LOOP = "def attention(queries, keys, values):\n    while True:\n        weights = softmax(queries)"


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit("Name one folder: python -m tools.demo_class FOLDER")
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    files = demo_class()
    for name, data in files.items():
        path = folder / "submitted" / name / SHEET.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with zipfile.ZipFile(folder / "moodle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(files.items(), start=FIRST_NUMBER):
            archive.writestr(f"{name}_{number}_assignsubmission_file_/{SHEET.name}", data)
    with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(worksheet(list(files)))
    print(f"{folder}: {len(files)} students, in submitted/ and in moodle.zip")


def worksheet(names):
    """The lines of Moodle's grading worksheet: everybody handed in, some late, and Kim Yo nothing.

    Its columns are those of Moodle's `mod/assign/gradingtable.php`, in their order.
    """
    lines = [COLUMNS]
    for number, name in enumerate([*names, ABSENT], start=FIRST_NUMBER):
        status, when = SUBMITTED + LATE.get(number, ""), "Sunday, 1 March 2026, 8:15 PM"
        if name == ABSENT:
            status, when = "No submission", "-"
        email = f"{name.replace(' ', '.').lower()}@school.example"
        who = f"Participant {number}", name, email, status
        lines.append((*who, "", f"{MOST:.2f}", "Yes", when, "-", ""))
    return lines


def demo_class(students=STUDENTS, seed=2):
    """{name: bytes of a notebook}. Two are in trouble: one hangs, one handed in something else."""
    rng = np.random.default_rng(seed)
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    names = list(rng.permutation(names))
    names += [f"{name} {n}" for n in range(2, 2 + students // len(names)) for name in names]
    sheet = json.loads(SHEET.read_text(encoding="utf-8"))
    files = {name: _notebook(sheet, _choice(rng)) for name in names[:students]}
    trouble = list(files)[:2] if students >= STUDENTS else []
    for name, data in zip(trouble, (_hanging(sheet, rng), b"see attachment"), strict=False):
        files[name] = data
    return files


def _choice(rng):
    """One answer to each question. A strong student is more often among the first of a list."""
    strength = rng.uniform(0, 50)
    chosen = {}
    for question, answers in ANSWERS.items():
        roll = max(rng.uniform(0, 100) - strength, 0)
        sums = np.cumsum([share for share, _ in answers])
        chosen[question] = answers[int(np.searchsorted(sums, roll, side="right"))][1]
    return chosen


def _hanging(sheet, rng):
    return _notebook(sheet, {**_choice(rng), "02_3": LOOP})


def _notebook(sheet, chosen):
    made = copy.deepcopy(sheet)
    for cell in made["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removeprefix("answer_")
        if chosen.get(name, NOT_YET) != NOT_YET:
            cell["source"] = chosen[name].strip("\n")
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
