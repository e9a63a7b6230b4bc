export function buildIfStale(): { readonly status: number; readonly output: string };
