"""ALL PAPERS: what people print today and go on printing: the contact card, the archive on a page, the roster of a class
or village, the agreement on entrusted care and the two notices it needs."""
