"""The two summaries an office hands in with its roster: the 32 columns beside 花名册 (民发〔2016〕42号), and the national
summary by area (排查汇总表). What a column counts stands in `columns.py`; nothing else knows it."""
