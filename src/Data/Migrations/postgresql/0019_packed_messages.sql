-- Messages are stored as bytes: several of one transaction are packed. They are as small as they get, so the server need not try.
alter table outbox alter column body type bytea using convert_to(body, 'UTF8');
alter table outbox alter column body set storage external;
