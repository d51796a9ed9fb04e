import Database from "better-sqlite3";

const cache = new Database("cache.db");
cache.exec(`
  CREATE TABLE IF NOT EXISTS geocodes (
    place TEXT PRIMARY KEY,
    lat REAL, lon REAL
  );
`);
export default cache;
