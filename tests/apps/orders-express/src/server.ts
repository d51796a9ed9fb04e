import "dotenv/config";
import mongoose from "mongoose";
import { createApp } from "./app.js";

const uri = process.env.MONGODB_URI;
if (!uri) throw new Error("MONGODB_URI is not set");

await mongoose.connect(uri);

const port = Number(process.env.PORT ?? 3000);
createApp().listen(port, () => {
  console.log(`listening on ${port}`);
});
