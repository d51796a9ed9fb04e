import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, ".", "");
  return {
    define: {
      "process.env.GEMINI_API_KEY": JSON.stringify(env.GEMINI_API_KEY),
      __BUILD__: JSON.stringify("2026.1"),
    },
    build: {
      sourcemap: true,
    },
  };
});
