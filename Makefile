# Everything that one does with the course, each with one command. Needs Python 3.11+ and make.

PYTHON ?= python3
BIN := .venv/bin/python

# Nothing of the caller's changes what Python does: that list is read, for there is only one.
CALLERS := $(PYTHON) -I course_utils/grading/environment.py
unexport $(shell $(CALLERS) 2>/dev/null)
$(foreach pair,$(shell $(CALLERS) set 2>/dev/null),$(eval export $(pair)))

NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=240
# A file stays on one core, for a notebook's cells need each other; the longest files begin first
# (tests/conftest.py). Each browser has a server and kernels beside it: more than 8 gain nothing.
ALL_CORES := -n logical --maxprocesses=8 --dist loadfile --no-loadscope-reorder
ALL_TESTS := $(ALL_CORES) $(NBVAL) tests $(wildcard notebooks solutions)
COMPILE := uv pip compile pyproject.toml --universal --generate-hashes --quiet \
	--no-emit-index-url --no-header --no-annotate
# A variable as one word of the shell, whatever is in it: spaces, quotes, brackets.
quoted = '$(subst ','\'',$(value $1))'
# The same behind an option, nothing where it is not given.
given = $(if $(value $2),$1$(call quoted,$2))
# What people name is never expanded, not for the environment either: a file may be called $(5.zip.
unexport SOURCE SUBMISSIONS OUT DIR NAME TITLE ID FUNCTION EDITION URL
EXPERIMENTS := $(basename $(notdir $(shell grep -l __main__ experiments/*.py)))
BENCHMARKS := $(basename $(notdir $(shell grep -l __main__ benchmarks/*.py)))

.PHONY: help
help:  ## show this list
	@awk '/^##@ / { print "\n" substr($$0, 5) } \
		/^[a-z-]+:.*## / { name = $$0; sub(/:.*/, "", name); sub(/.*## /, ""); \
		printf "  make %-17s %s\n", name, $$0 }' $(MAKEFILE_LIST)

##@ Learn

.PHONY: lab
lab:  ## set up what is missing, and open the course in JupyterLab; ARGS=--no-browser on a server
	@$(PYTHON) tools/set_up.py
	@$(BIN) -m tools.lab $(ARGS)

##@ Test

.PHONY: setup
setup:  ## make .venv for tests and authors; the other commands do it by themselves
	@$(PYTHON) tools/set_up.py test

.PHONY: test
test: setup  ## run the tests: style, units, all notebooks, a real browser where there is one
	$(BIN) -m pytest $(ALL_TESTS) $(ARGS)

.PHONY: test-all
test-all: setup  ## also the nightly tests, before a release; screenshots go to tests/browser/shots
	COURSE_SHOTS=$(if $(value COURSE_SHOTS),$(call quoted,COURSE_SHOTS),"$$PWD/tests/browser/shots") \
		$(BIN) -m pytest $(ALL_TESTS) --nightly $(ARGS)

.PHONY: quick
quick: setup  ## run the fast tests: no notebooks, no browser, no long training
	$(BIN) -m pytest $(ALL_CORES) tests --ignore=tests/browser -m "not slow" $(ARGS)

.PHONY: check
check: setup  ## style, then the tests of what changed, in seconds; NAMES="scoring 02" for some
	@$(BIN) -m tools.check $(NAMES)

.PHONY: test-oldest
test-oldest:  ## run the unit tests with the lowest versions that pyproject.toml admits
	@$(PYTHON) tools/set_up.py oldest
	.venv-oldest/bin/python -m pytest $(ALL_CORES) tests --ignore=tests/browser -m "not style and not slow" $(ARGS)

.PHONY: test-pythons
test-pythons: setup  ## run the fast tests with each Python found; ARGS="--only 3.12" for one
	@$(BIN) -m tools.pythons $(ARGS)

##@ Write

.PHONY: new-lesson
new-lesson: setup  ## begin a lesson: NAME=15_positions TITLE="Positions"
	@$(BIN) -m tools.new lesson $(call quoted,NAME) $(call quoted,TITLE)

.PHONY: new-exercise
new-exercise: setup  ## begin an exercise of a sheet: ID=15.1 FUNCTION=sinusoids
	@$(BIN) -m tools.new exercise $(call quoted,ID) $(call quoted,FUNCTION)

.PHONY: notebooks
notebooks: setup  ## run and normalise lessons and solutions; NAMES="01_a_soft_library" for some
	@$(BIN) -m tools.notebooks run $(NAMES)

.PHONY: exercises
exercises: setup  ## make the exercise sheets from solutions/
	@$(BIN) -m tools.exercises

##@ Teach

.PHONY: nbgrader-course
nbgrader-course: setup  ## lay the sheets out for a school that runs nbgrader; DIR=my-course
	@$(BIN) -m tools.nbgrader_course $(call given,,DIR)

.PHONY: grade
grade:  ## grade a class: SOURCE=solutions/02_score_normalise_mix.ipynb SUBMISSIONS=from-moodle.zip
	@$(PYTHON) tools/set_up.py
	@$(BIN) -m course_utils.grading $(call given,--out=,OUT) $(ARGS) \
		-- $(call given,,SOURCE) $(call given,,SUBMISSIONS)

.PHONY: mark-reasons
mark-reasons:  ## mark by hand what a sheet's tests cannot: OUT=report/01_a_soft_library
	@$(PYTHON) tools/set_up.py
	@$(BIN) -m course_utils.grading.marking_page $(or $(call given,,OUT),report)

.PHONY: export-questions
export-questions: setup  ## write the course test, polls and choices for Moodle: DIR=questions
	@$(BIN) -m tools.export_questions $(or $(call given,,DIR),_build/questions)

DEMO := _build/demo-class

.PHONY: demo-class
demo-class: setup  ## invent a class of 30 students, grade it and open the report
	@$(BIN) -m tools.demo_class $(DEMO)
	@$(BIN) -m course_utils.grading solutions/02_score_normalise_mix.ipynb $(DEMO)/moodle.zip \
		--roster $(DEMO)/list.csv --out $(DEMO)/report $(ARGS)
	@echo "The class: $(DEMO)/report/summary.html. The marks: $(DEMO)/report/grades.csv."
	@[ -z "$$DISPLAY$$WAYLAND_DISPLAY" ] || $(BIN) -m webbrowser "$$PWD/$(DEMO)/report/summary.html"

##@ The book

.PHONY: book
book: setup  ## build the web book: _build/book/site/index.html; EDITION=class: without solutions
	@$(BIN) -m tools.book $(call given,--edition=,EDITION) $(ARGS)

.PHONY: pdf
pdf: book  ## print the web book as one PDF with Chromium: _build/book/book.pdf
	@$(BIN) -m tools.book.paper $(call given,--edition=,EDITION)

.PHONY: epub
epub: setup  ## build the book for a reader of e-books: _build/book/attention.epub
	@$(BIN) -m tools.book.epub $(call given,--edition=,EDITION)

.PHONY: serve
serve: setup  ## build the web book and show it on this machine, at http://127.0.0.1:8000
	@$(BIN) -m tools.book --serve $(ARGS)

.PHONY: slides
slides: setup  ## make slides of the lessons, at most 26 each: _build/slides/
	@$(BIN) -m tools.book.slides

##@ Measure

.PHONY: bench
bench:  ## print the tables of speed and memory, against PyTorch where it can be installed
	@$(PYTHON) tools/set_up.py bench
	@for name in $(BENCHMARKS); do .venv-bench/bin/python -m benchmarks.$$name || exit 1; done

.PHONY: experiments
experiments:  ## run the long trainings whose results lessons show; NAMES=pronunciations for one
	@$(PYTHON) tools/set_up.py speech
	@for name in $(or $(NAMES),$(EXPERIMENTS)); do $(BIN) -m experiments.$$name || exit 1; done

##@ Keep

.PHONY: release
release: setup  ## make dist/ from the last commit: packages, book, PDF, EPUB, slides, checksums; URL=https://…
	@COURSE_URL=$(call quoted,URL) $(BIN) -m tools.release $(ARGS)

.PHONY: format
format: setup  ## format the code
	@$(BIN) -m ruff format . && $(BIN) -m ruff check --fix .

.PHONY: lock
lock:  ## renew the lists of exact versions with the newest releases (needs uv)
	@$(COMPILE) --upgrade -o requirements.lock
	@$(COMPILE) --constraint requirements.lock --extra test --extra site -o requirements-test.lock

.PHONY: clean
clean:  ## remove what set-up and tests made; work/ stays
	@rm -rf .venv .venv-oldest .venv-bench .venv-3.* dist .pytest_cache .ruff_cache .hypothesis *.egg-info
