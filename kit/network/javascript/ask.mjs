// Ask the partner one thing about everybody in the sandbox:  node kit/network/javascript/ask.mjs sandbox-acme
import crypto from "node:crypto";
import fs from "node:fs";
import { Client } from "./network.mjs";

const folder = process.argv[2];
const { people, partner, first } = JSON.parse(fs.readFileSync(`${folder}/sandbox.json`));
const client = new Client(folder);

const { results } = await client.call("inquiries.v2", {
  inquiries: people.map((person) => ({
    request_id: crypto.randomUUID(),
    addressee: person.addressee,
    affair: first.affair,
    provider: partner,
    information: first.information,
    organisation: "福祉課",
  })),
});
results.forEach((result, place) => {
  const told = result.reason ?? result.deadline ?? (result.fact && `${Object.keys(result.fact).length} fields`);
  console.log(people[place].key, result.outcome, told ?? "");
});
