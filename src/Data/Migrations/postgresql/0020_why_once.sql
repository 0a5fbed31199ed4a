-- Why a round was decided as it was stands with the Dispatcher alone, and is read from there.
alter table handling_round drop column why;
