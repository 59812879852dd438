// Publishes an event with the types that openapi-typescript makes of docs/openapi.json, and reads it.
import createClient from "openapi-fetch";
import type { paths } from "./homing.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });

const published = await client.POST("/webhooks/{type}", {
  params: { path: { type: "client.typescript" } },
  body: { from: "typescript" } as never,
});
if (!published.data) throw new Error(JSON.stringify(published.error));

const event = await client.GET("/events/{id}", { params: { path: { id: published.data.id } } });
if (event.data?.event_type !== "client.typescript") throw new Error(JSON.stringify(event.error));
console.log(`TypeScript published ${event.data.id}`);
