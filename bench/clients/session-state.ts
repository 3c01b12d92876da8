/** What a session of every client holds. */
export const COOKIES: readonly string[] = ['session=4f9a7c02d1e84be5; Path=/', 'theme=dark; Path=/', 'lang=en; Path=/'];

/** User and password. */
export const CREDENTIALS = ['user', 'correct horse battery staple'] as const;

export const FIELDS: Readonly<Record<string, string>> = { 'X-Client': 'bench', Accept: 'application/json' };
