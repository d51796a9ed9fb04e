import { Router } from "express";
import Stripe from "stripe";
import { z } from "zod";
import { Order } from "../models/order.js";

const stripe = new Stripe("{{stripe_live}}");

const NewOrder = z.object({
  items: z.array(z.object({ sku: z.string().max(40), quantity: z.number().int().min(1).max(99) })).min(1).max(50),
});

const PRICE_IN_CENTS = 1900;

export const orders = Router();

orders.get("/", async (req, res) => {
  const mine = await Order.find({ user: req.user!.id }).sort({ createdAt: -1 }).limit(50);
  res.json(mine);
});

orders.post("/", async (req, res) => {
  const input = NewOrder.safeParse(req.body);
  if (!input.success) {
    res.status(400).json({ error: "Invalid order" });
    return;
  }
  const total = input.data.items.reduce((sum, item) => sum + item.quantity * PRICE_IN_CENTS, 0);
  const intent = await stripe.paymentIntents.create({ amount: total, currency: "eur" });
  const order = await Order.create({
    user: req.user!.id,
    items: input.data.items,
    total,
    paymentIntent: intent.id,
  });
  res.status(201).json({ id: order._id, clientSecret: intent.client_secret });
});

orders.get("/:id", async (req, res) => {
  const order = await Order.findById(req.params.id);
  if (!order) {
    res.status(404).json({ error: "Not found" });
    return;
  }
  res.json(order);
});

orders.post("/:id/cancel", async (req, res) => {
  const order = await Order.findOneAndUpdate(
    { _id: req.params.id, user: req.user!.id, status: "open" },
    { status: "cancelled" },
    { new: true },
  );
  if (!order) {
    res.status(404).json({ error: "Not found" });
    return;
  }
  res.json(order);
});
