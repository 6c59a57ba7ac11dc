import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import type { Turn } from "@holdfast/base";

/** Items that are encoded between two turns of the event loop: about a millisecond. */
export const ITEMS_PER_TURN = 2_000;

type Serializer = (response: object) => Buffer;

/** Has methods of a service hand on answers that are encoded already. */
export function handingOnEncoded(
  service: ServiceDefinition,
  names: readonly string[],
): ServiceDefinition {
  const methods = names.map((name) => {
    const method = service[name] as MethodDefinition<object, object>;
    const responseSerialize: Serializer = (response) =>
      Buffer.isBuffer(response) ? response : method.responseSerialize(response);
    return [name, { ...method, responseSerialize }];
  });
  return { ...service, ...Object.fromEntries(methods) } as ServiceDefinition;
}

/**
 * Encodes an answer whose one field has many items, slice by slice (decision 4). Messages of protobuf
 * that stand behind each other are one: its repeated fields are appended.
 */
export async function answerInSlices<Item>(
  items: readonly Item[],
  answer: { part(items: readonly Item[]): object; rest(): object },
  { turn, service, method }: { turn: Turn; service: ServiceDefinition; method: string },
): Promise<Buffer> {
  const { responseSerialize } = service[method] as MethodDefinition<object, object>;
  const slices: Buffer[] = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_TURN) {
    slices.push(responseSerialize(answer.part(items.slice(at, at + ITEMS_PER_TURN))));
    await turn.next();
  }
  slices.push(responseSerialize(answer.rest()));
  return Buffer.concat(slices);
}
