import type { ReactNode } from "react";

export const metadata = { title: process.env.NEXT_PUBLIC_SITE_NAME };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
