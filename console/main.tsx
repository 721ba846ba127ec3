import { createRoot } from "react-dom/client";
import "./ui/styles.css"; // before the parts, whose styles win over the kit's
import { App } from "./app/app.tsx";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
