-- A vacuum cut off the pages of what had been settled. Statements planned then, for a table without pages, read it from end to end, and went on so while it filled with what was settled since.
alter table outbox set (vacuum_truncate = off);
