export { Broker, type BrokerOptions, type Submission, type Queued, type Answer, type Message } from "./broker.js";
export { BrokerError, type Problem } from "./error.js";
export type { BrokerEvent } from "./events.js";
export { verifyCallback, CallbackRefused, type Callback, type CallbackHeaders, type VerifyOptions } from "./callback.js";
