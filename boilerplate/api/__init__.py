"""What people call from Python: one page in any form, and streams of pages."""
