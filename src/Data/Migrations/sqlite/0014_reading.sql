-- Lists that stay quick where two conditions rarely meet (docs/search.md).

-- A category's tickets of one unit are told apart in the index, without reading the tickets. Unit and category are written at once, so this costs filing a few bytes and no change more.
drop index intake_ticket_category;
create index intake_ticket_category on intake_ticket (routed_category, filed_at desc, number desc, lead_code) where routed_category is not null;

-- Few work orders are taken back: a list of them is not looked for in all that the unit ever had.
create index handling_work_order_cancelled on handling_work_order (unit_code, reply_by, id) where state = 'cancelled';
