"""What runs inside the sandbox, beside a student's code: `worker` as a file, `shelf` as text.

The trusted side never imports it, for nothing in that process can be trusted.
"""
