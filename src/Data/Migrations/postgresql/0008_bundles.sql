-- How many messages a row holds: those of one transaction to one role share one.
alter table outbox add column messages integer not null default 1;
