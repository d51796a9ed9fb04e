drop policy "visits are open" on public.visits;
create policy "staff see visits" on public.visits for select to authenticated
  using (exists (select 1 from patients p where p.id = visits.patient_id and public.is_staff(p.clinic_id)));
create table public.feedback (
  id bigint generated always as identity primary key,
  user_id uuid default auth.uid(),
  body text not null
);
alter table public.feedback enable row level security;
create policy "own feedback" on public.feedback for all using ((select auth.uid()) = user_id);
create policy "uploads" on storage.objects for insert with check (bucket_id = 'scans');
create view public.visit_counts as select patient_id, count(*) from visits group by 1;
grant select on public.feedback to anon;
