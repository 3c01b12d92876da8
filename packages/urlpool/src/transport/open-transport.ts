import { proxyUnreached } from './proxy-unreached.ts';
import { type OpenTransport, TransportDial } from './transport-dial.ts';
import { TunnelDial } from './tunnel-dial.ts';

/** Over the network: directly, through a proxy, or to a proxy that forwards requests. */
export const openTransport: OpenTransport = (target, context, handler) => {
  if (target.tunnel !== null) return new TunnelDial(target, target.tunnel, context, handler);
  if (target.proxy === null) return new TransportDial(target, context, handler);
  return new TransportDial(target, context, {
    onOpen: (transport, resumed) => handler.onOpen(transport, resumed),
    onError: (error) => handler.onError(proxyUnreached(error, target, null)),
  });
};
