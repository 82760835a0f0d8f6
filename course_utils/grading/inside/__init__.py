"""What runs inside the sandbox, beside a student's code: sent there as text, imported by nobody.

The trusted side never imports it, for nothing in that process can be trusted.
"""
