import { type OpenTransport, TransportDial } from './transport-dial.ts';
import { TunnelDial } from './tunnel-dial.ts';

/** Over the network: directly, or through a proxy. */
export const openTransport: OpenTransport = (target, context, handler) =>
  target.tunnel === null
    ? new TransportDial(target, context, handler)
    : new TunnelDial(target, target.tunnel, context, handler);
