import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ProblemError } from "../client/http.ts";
import { onKeyChange, readKey, writeKey } from "../client/key.ts";
import { platformQuery } from "../client/queries.ts";
import { Button } from "../ui/button.tsx";
import styles from "./sign-in.module.css";

/** Asks for the API key where the server does, and shows the rest once it is right. */
export function SignIn({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const { error, data, isFetching } = useQuery(platformQuery);
  const isRefused = error instanceof ProblemError && error.problem.code === "unauthorized";
  const [isAsking, setAsking] = useState(false);
  useEffect(() => onKeyChange(() => void client.resetQueries()), [client]);
  useEffect(() => {
    if (isRefused) setAsking(true);
    else if (data) setAsking(false);
  }, [isRefused, data]);
  if (!isRefused && !isAsking) return children;
  return <Form isWrong={isRefused && readKey() !== undefined} isBusy={isFetching} />;
}

function Form({ isWrong, isBusy }: { readonly isWrong: boolean; readonly isBusy: boolean }) {
  const [key, setKey] = useState("");
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    writeKey(key.trim());
  };
  return (
    <main className={styles["screen"]}>
      <form className={styles["form"]} onSubmit={enter}>
        <h1>Sign in to Inkling</h1>
        <p>This server is read with an API key: the value of INKLING_API_KEY it was started with.</p>
        <label>
          API key
          <input
            type="password"
            value={key}
            onChange={(change) => setKey(change.target.value)}
            autoComplete="current-password"
            aria-invalid={isWrong}
            aria-describedby="sign-in-said"
          />
        </label>
        <p id="sign-in-said" role="status" className={styles["said"]} data-wrong={isWrong}>
          {isWrong
            ? "The server does not take this key."
            : "It stays in this tab, and is gone when you close it."}
        </p>
        <Button look="primary" type="submit" disabled={key.trim() === "" || isBusy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
