"""The replication package: data, programs, tables and what a journal's data editor asks for, in one folder."""
