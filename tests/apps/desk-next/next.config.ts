import type { NextConfig } from "next";

const nextConfig: NextConfig = {
  env: {
    TICKET_SECRET: process.env.TICKET_SECRET,
  },
  productionBrowserSourceMaps: true,
};

export default nextConfig;
