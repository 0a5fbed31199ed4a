-- Only those in triage are listed by their state: an index on the rest cost each decision a row of it.
drop index dispatch_ticket_status;
create index dispatch_ticket_triage on dispatch_ticket (since, number) where status = 'triage';
-- A timeline is read by its ticket alone: one index for it, not two.
alter table timeline drop constraint timeline_pkey;
drop index timeline_ticket;
alter table timeline alter column ticket type text collate "C";
alter table timeline add primary key (ticket, id);
-- Hashes are compared byte by byte.
alter table intake_ticket alter column phone_hash type text collate "C";
-- Most lines of today are counted up again within seconds: with room in its page a line is written anew beside itself, and its index stays as it is.
alter table reporting_rollup set (fillfactor = 60);
