import { Schema, model } from "mongoose";

const orderSchema = new Schema(
  {
    user: { type: Schema.Types.ObjectId, ref: "User", required: true, index: true },
    items: [{ sku: { type: String, required: true }, quantity: { type: Number, required: true, min: 1 } }],
    total: { type: Number, required: true },
    status: { type: String, enum: ["open", "paid", "cancelled"], default: "open" },
    paymentIntent: { type: String },
  },
  { timestamps: true },
);

export const Order = model("Order", orderSchema);
