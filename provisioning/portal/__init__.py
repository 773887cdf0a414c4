"""The town hall's desk: who may have what, on whose word, and what came of it.

People are known here and nowhere else. Every folder is one part of the desk's work, with its own tables, forms and
pages; `urls.py` names the pages and who may open them, and what is to be done on the contract waits in `tasks` for the
process that has the key.
"""
