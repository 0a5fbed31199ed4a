-- How many messages a row holds: those of one transaction to one role share one.
alter table outbox add messages int not null default 1;
