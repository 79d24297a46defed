/** Stands for the answer of a request that has become a socket; the runtime does not look at it. */
export const UPGRADED = new Response(null);
