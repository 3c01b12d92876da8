/** A message with what differs from run to run replaced: ports, loopback addresses, numbers of connections, times taken, temporary folders, keys of tests. */
export function masked(message: string): string {
  return message
    .replace(/(https?:\/\/)(?:127\.0\.0\.1|localhost|\[::1\]):\d+/g, '$1example.org')
    .replace(/(?:127\.0\.0\.1|\[::1\]):\d+/g, '192.0.2.1:8080')
    .replace(/\(connection \d+ for/, '(connection 2 for')
    .replace(/[\d.]+ ms after the request/, '3 ms after the request')
    .replace(/sha256\/[A-Za-z0-9+/]{43}=/, 'sha256/kl1SiyZdvpXuTt4HCD/VqM4hhYp3pJ6UNUzVQrtxyPM=')
    .replace(/[^\s"]*\/urlpool-\w+/g, '/data');
}
