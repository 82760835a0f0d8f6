"""Make the exercise sheets from their solutions: python -m tools.exercises"""

from tools.notebooks import ROOT


def main():
    solutions = sorted((ROOT / "solutions").glob("*.ipynb"))
    if not solutions:
        print("There are no solutions yet, so there are no exercise sheets to make.")
        return
    raise SystemExit(f"{len(solutions)} solutions wait for the generator of exercise sheets.")


if __name__ == "__main__":
    main()
