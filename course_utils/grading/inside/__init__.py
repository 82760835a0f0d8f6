"""What runs inside the sandbox, beside a student's code: `shelf` as text, the rest as files.

The trusted side never imports it, for nothing in that process can be trusted.
"""
