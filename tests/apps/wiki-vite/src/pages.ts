export interface Page {
  title: string;
}

export async function listPages(): Promise<Page[]> {
  const response = await fetch("/api/pages", { headers: { authorization: `Bearer ${import.meta.env.VITE_ADMIN_TOKEN}` } });
  return response.ok ? response.json() : [];
}
