alter table public.patients enable row level security;
alter table public.visits enable row level security;

create function public.is_staff(clinic text) returns boolean
  language sql security definer
as $$
  select exists (select 1 from staff_members m where m.clinic_id = clinic and m.user_id = auth.uid()::text);
$$;

create policy "staff see patients" on public.patients
  for select to authenticated using (public.is_staff(clinic_id));
create policy "visits are open" on public.visits for select using (true);
