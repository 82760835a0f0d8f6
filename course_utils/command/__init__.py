"""The command `attention-course`, and what a learner's folder gets from it.

It opens the lab, grades a class, shows the book and a learner's progress, and looks at the machine.
Lessons never import it. It may import every room that it has a door to.
"""
