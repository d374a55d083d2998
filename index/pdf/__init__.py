"""PDF files: what their pages show, put into reading order (told by `reading.read_pdf`)."""
