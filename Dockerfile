# syntax=docker/dockerfile:1

FROM oven/bun:1.4.5 AS install
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --production

FROM oven/bun:1.4.5-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=install /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY openapi openapi

# Everything kept on disk lies here; mount a volume to keep it.
RUN mkdir -p /storage && chown bun:bun /storage
VOLUME /storage
ENV EXEC_STORAGE_DIR=/storage
USER bun

# A container is reached from outside it, so it listens everywhere. The server therefore does not start before it has a
# token for the control API (EXEC_API_TOKEN_FILE or EXEC_API_TOKEN), or is told that something in front of it decides who
# may call (EXEC_ALLOW_UNAUTHENTICATED=on).
ENV HOST=0.0.0.0 PORT=8081
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["bun", "-e", "const { env } = process; const r = await fetch('http://127.0.0.1:' + (env.EXEC_PORT || env.PORT) + '/api/v1/exec/health'); process.exit(r.ok ? 0 : 1)"]

# Bun itself and not `bun run`: its process passes signals on to the server process, and starts that again when it dies.
ENTRYPOINT ["bun", "src/main.ts"]
