// Judges AsyncAPI documents with the parser of the AsyncAPI project, and their examples by their schemas with Ajv; prints what is found as JSON.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

const parser = new Parser();
const found = {};
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const { document, diagnostics } = await parser.parse(text);
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  const { components } = JSON.parse(text);
  ajv.addSchema({ $id: "document", components });
  const examples = Object.entries(components.messages).flatMap(([name, message]) =>
    message.examples.map(({ payload }) => [name, ajv.validate({ $ref: `document${message.payload.$ref}` }, payload), ajv.errorsText()]),
  );
  found[file] = {
    operations: document ? document.operations().all().map((operation) => operation.id()) : [],
    problems: [
      ...diagnostics.map((one) => `${one.code}: ${one.message} at ${one.path.join("/")}`),
      ...examples.filter(([, valid]) => !valid).map(([name, , why]) => `${name}: ${why}`),
    ],
    examples: examples.length,
  };
}
console.log(JSON.stringify(found));
