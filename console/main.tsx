import { createRoot } from "react-dom/client";
import "./ui/styles.css"; // before the parts, whose styles win over the kit's
import { App } from "./app/app.tsx";

showScheme();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);

/** Before anything is drawn, so that nobody who reads in the dark is dazzled first; the kit takes over from there. */
function showScheme(): void {
  const chosen = localStorage.getItem("mantine-color-scheme-value");
  const isDark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
}
